"""What each stage does, in words for the person who waits for it."""

STAGE_NAMES = {
    "starting": "Starting",
    "source_media": "Reading the media",
    "metadata": "Examining the media",
    "resolved_request": "Reading the request",
    "transcription": "Transcribing speech",
    "corrected_transcript": "Correcting the transcript",
    "sampled_frames": "Looking at the pictures",
    "face_detections": "Looking for faces",
    "focal_points": "Looking for subjects",
    "shots": "Looking for cuts",
    "silence_segments": "Looking for silence",
    "render_spec": "Planning the video",
    "rendered_segments": "Rendering",
    "composite": "Mixing and joining",
    "qc_score": "Checking the video",
    "delivered_video": "Delivering",
}
