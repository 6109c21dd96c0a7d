"""From a Volume to Findings: models, classical reader, quantification."""
