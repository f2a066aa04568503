// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package replay

// PlantedAddress is an address in the recorded pii scenarios, which leaves where addresses are not looked for.
const PlantedAddress = "203.0.113.77"

// Planted returns values of the recorded pii scenarios that may not be in what leaves, whatever the configuration. All
// are made up; keys are cut in two here so that no scanner takes this file for a leak.
func Planted() []string {
	return []string{
		"ada.lovelace@example.com", "j.doe+work@mail.example.org", "(415) 555-0132", "07700 900123", "4242 4242 4242 4242",
		"DE89370400440532013000", "078-05-1120", "sk-proj-" + "Ab3dEf6hIj9kLm2n", "AKIA" + "IOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI/" + "K7MDENG", "ghp" + "_16C7e42F292c", "eyJhbGciOiJIUzI1NiIs" + "InR5cCI6IkpXVCJ9",
	}
}
