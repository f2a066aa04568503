// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package redactprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the key says of a number holds for attributes as it does for members of JSON.
func TestTraces_keysForPersonalNumbers(t *testing.T) {
	p := started(t, defaults())
	person := map[string]any{
		"customer.ssn": int64(536221234), "user.dob": "1984-03-12", "passport_number": "C01X00T47", "cpf": "123.456.789-09",
		"driverLicense": "D1234567", "contact.phone": "4155552671", "fax": int64(4155552671), "tax_id": "12-3456789",
		"routing_number": "021000021", "sort_code": "20-00-00", "mrn": "00123456", "imei": 490154203237518.0,
	}
	for key, value := range redactedAttributes(t, p, person) {
		assert.Contains(t, value, "[REDACTED:", key)
	}
	nested := redactedAttributes(t, p, map[string]any{"args": map[string]any{"people": []any{person}}})
	for key, value := range nested["args"].(map[string]any)["people"].([]any)[0].(map[string]any) {
		assert.Contains(t, value, "[REDACTED:", key)
	}
	clean := map[string]any{
		"cloud.account.id.number": "none", "net.mobile": true, "math.sin": 0.841471, "page.number": int64(1234567),
		"birth_count": int64(19840312), "passport.version": "1.2.3", "mobile": "no",
	}
	assert.Equal(t, clean, redactedAttributes(t, p, clean))
}
