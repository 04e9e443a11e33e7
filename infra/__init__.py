"""What runs Freshet: nested stacks and the local cloud. Nothing in the layers imports from here."""
