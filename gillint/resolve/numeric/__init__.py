"""Arrays, tensors, pictures in memory and models: their shapes, dtypes and sizes."""
