package crypto

import "github.com/ddbcrypt/ddbcrypt/cmp"

// The failure classes, the same values as in package cmp.
var (
	ErrNotEncrypted   = cmp.ErrNotEncrypted
	ErrSignature      = cmp.ErrSignature
	ErrDescription    = cmp.ErrDescription
	ErrAlgorithm      = cmp.ErrAlgorithm
	ErrKeyUnavailable = cmp.ErrKeyUnavailable
	ErrConfig         = cmp.ErrConfig
	ErrCorrupt        = cmp.ErrCorrupt
)
