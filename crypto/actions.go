package crypto

// Action says what happens to one attribute of an item. The zero value is the
// strongest: encrypt and sign. There is no action that encrypts without
// signing.
//
// Source: developer guide, "Attribute actions".
type Action uint8

const (
	// EncryptAndSign encrypts the value and covers it by the signature.
	EncryptAndSign Action = iota
	// SignOnly leaves the value readable and covers it by the signature.
	SignOnly
	// DoNothing leaves the value readable and unprotected.
	DoNothing
)

// String returns the word used in tags and configuration files: "encrypt",
// "sign" or "none".
func (a Action) String() string {
	switch a {
	case EncryptAndSign:
		return "encrypt"
	case SignOnly:
		return "sign"
	case DoNothing:
		return "none"
	default:
		return "invalid"
	}
}
