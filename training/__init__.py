"""How the models were made: simulated heads, networks, training, evaluation. Never shipped."""
