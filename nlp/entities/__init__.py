"""What a text names: products, companies, competitors, places, order numbers, amounts, dates."""
