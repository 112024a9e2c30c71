"""Cases of the list that cannot reach the services of this program, each with its reason."""

NOT_APPLICABLE: dict[int, str] = {
    22: "No service here takes an idempotency key.",
    79: "Only ComfyUI and A1111 know a cancel without an id.",
    87: "Dedicated endpoints are no jobs; tests/services/test_endpoint_money.py holds their registry to this.",
    88: "Only dedicated endpoints are changed with PUT; tests/services/test_endpoint_money.py tries it.",
}
