"""The people of a shop at work and away: leave and who stands in, training, appraisals."""
