"""Questions to a language model behind an OpenAI-compatible endpoint; answers are kept in the store."""
