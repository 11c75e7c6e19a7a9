"""RenderSpec to finished file: pictures, captions, sound, segments and their joining."""
