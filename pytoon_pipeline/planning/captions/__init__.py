"""Words to caption cues."""
