"""Cases of the list that cannot reach the services of this program, each with its reason."""

NOT_APPLICABLE: dict[int, str] = {
    22: "No service here takes an idempotency key.",
    79: "Only ComfyUI and A1111 know a cancel without an id.",
    87: "Dedicated endpoints are not part of the providers of jobs.",
    88: "Only dedicated endpoints are changed with PUT.",
}
