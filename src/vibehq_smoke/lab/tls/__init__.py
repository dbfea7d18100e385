"""The https port: certificates of an authority made for one lab, and the port that shows them."""
