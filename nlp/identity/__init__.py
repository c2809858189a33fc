"""Who is one customer: claims of sources, decisions of people, and the customers that follow from them."""
