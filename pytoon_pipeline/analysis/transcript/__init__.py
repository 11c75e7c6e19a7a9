"""The transcript as a document: sentences, its text, what people changed in it, and applying that."""
