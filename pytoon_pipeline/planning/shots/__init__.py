"""How a source becomes shots: edit ranges, the camera path, still images and clips."""
