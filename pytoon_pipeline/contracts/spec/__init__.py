"""RenderSpec, the plan of one video, and what its keyframes mean at a frame."""
