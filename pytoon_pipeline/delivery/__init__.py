"""What people receive: the outbox, subtitles, the manifest and the release of held videos."""
