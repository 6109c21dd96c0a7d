"""The window: thin Qt views over one mutable ViewerModel."""
