"""RenderSpec to finished file: images, captions, audio, segments and their concatenation."""
