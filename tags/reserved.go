package tags

import (
	"errors"
	"strings"
)

// The attributes that the encryptor adds to items (docs/wire-format.md §1).
const (
	descriptionAttribute = "*amzn-ddb-map-desc*"
	signatureAttribute   = "*amzn-ddb-map-sig*"
)

var errReserved = errors.New("attribute name is reserved for the encryptor, use another")

// isReserved compares without case because attributevalue decodes so.
func isReserved(name string) bool {
	return strings.EqualFold(name, descriptionAttribute) || strings.EqualFold(name, signatureAttribute)
}
