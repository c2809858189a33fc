"""Worlds with known truth: customers who join, buy, meet problems and leave by rules that the analyses do not share."""
