"""Where text, products and backgrounds are placed, how large they are and how they keep their contrast."""
