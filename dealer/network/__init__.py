"""Sub-dealers 二网: who they are, what was agreed with them, what they need from us."""
