package generatedcode

import "github.com/ddbcrypt/ddbcrypt/mapper/generated"

// This one is written by hand.
func init() { generated.Register(&generated.Type[Order]{Fingerprint: "0123456789abcdef"}) }
