"""The 102 nasty cases of the wire (apis.md section 5), each against a real server: `test_case_026_...` is case 26."""
