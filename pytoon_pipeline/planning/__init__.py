"""Request and analysis to RenderSpec. Pure, but for reading the presets that people edit."""
