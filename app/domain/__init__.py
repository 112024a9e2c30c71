"""The words we use: values and rules of the studio in plain Python, no Qt and nothing of ours."""
