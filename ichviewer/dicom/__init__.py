"""Files to values and values to files: everything that knows DICOM."""
