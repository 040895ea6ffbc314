"""Screens about the people of a shop: leave, training, appraisals."""
