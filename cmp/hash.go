package cmp

import (
	stdcrypto "crypto"
	_ "crypto/sha256" // for stdcrypto.Hash.New
	_ "crypto/sha512"
)

// hashes are the hashes of signing algorithms, by the part of the algorithm's
// name that stands for them.
var hashes = map[string]stdcrypto.Hash{
	"SHA224": stdcrypto.SHA224,
	"SHA256": stdcrypto.SHA256,
	"SHA384": stdcrypto.SHA384,
	"SHA512": stdcrypto.SHA512,
}
