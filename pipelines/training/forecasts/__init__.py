"""Training of forecasts: rows of the past, what is learnt from them, and how good it is on a later time."""
