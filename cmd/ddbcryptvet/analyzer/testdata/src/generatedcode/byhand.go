package generatedcode

import "github.com/ddbcrypt/ddbcrypt/mapper/generated"

// This one is written by hand.
var _ = generated.Register(generated.Type[Order]{Fingerprint: "0123456789abcdef"})
