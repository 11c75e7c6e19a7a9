"""What every process needs: the home folder, logs, locks, atomic writes, scratch directories and capacity."""
