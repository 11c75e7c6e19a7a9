"""One module per archetype. Each turns a planning context into a RenderSpec."""
