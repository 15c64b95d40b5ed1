package memkms

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// common is what the cryptographic operations of one key take.
type common struct {
	GrantTokens []string `json:"GrantTokens"`
	DryRun      bool     `json:"DryRun"`
}

// keyed is an answer with the ARN of the key.
type keyed struct {
	KeyID string `json:"KeyId"`
}

func (k *keyed) setKeyID(id string) { k.KeyID = id }

// The limits that KMS documents.
const (
	maxGrantTokens = 10
	maxGrantToken  = 8192
	maxContext     = 8192 // all names and values
	maxBlob        = 6144
	maxPlaintext   = 4096
	maxDataKey     = 1024
)

func (c common) check(contexts ...map[string]string) error {
	if len(c.GrantTokens) > maxGrantTokens {
		return validation("1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to %d", maxGrantTokens)
	}
	for _, token := range c.GrantTokens {
		if n := len(token); n < 1 || n > maxGrantToken {
			return validation("1 validation error detected: Value at 'grantTokens' failed to satisfy constraint: Member must have length between 1 and %d", maxGrantToken)
		}
	}
	for _, context := range contexts {
		size := 0
		for name, value := range context {
			size += len(name) + len(value)
		}
		if size > maxContext {
			return validation("1 validation error detected: Value at 'encryptionContext' failed to satisfy constraint: Member must have length less than or equal to %d", maxContext)
		}
	}
	return nil
}

// dryRun is the end of a call that only wants to know whether it would succeed.
func (c common) dryRun() error {
	if c.DryRun {
		return failure(codeDryRun, "The request would have succeeded, but the DryRun option is set.")
	}
	return nil
}

func checkBlob(blob []byte) error {
	if n := len(blob); n < 1 || n > maxBlob {
		return validation("1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must have length between 1 and %d", maxBlob)
	}
	return nil
}

// ready checks that a caller may use a key now, and that it is one for
// symmetric encryption.
func (k *KMS) ready(s session, operation string, found key, tokens []string, algorithm types.EncryptionAlgorithmSpec) error {
	if err := k.admit(s, operation, found, tokens); err != nil {
		return err
	}
	if err := found.enabled(); err != nil {
		return err
	}
	if algorithm != "" && !slices.Contains(algorithm.Values(), algorithm) {
		return validation("1 validation error detected: Value at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: %v", algorithm.Values())
	}
	if !found.symmetric() || (algorithm != "" && algorithm != types.EncryptionAlgorithmSpecSymmetricDefault) {
		return failure(codeInvalidKeyUsage, "%s is a key of type %s for %s and cannot be used for %s with this algorithm.", found.arn, found.spec, found.usage, operation)
	}
	return nil
}

// useKey finds the key that an operation encrypts with.
func (k *KMS) useKey(s session, operation, keyID string, tokens []string, algorithm types.EncryptionAlgorithmSpec) (key, error) {
	found, err := k.find(s.region, keyID)
	if err != nil {
		return key{}, err
	}
	return found, k.ready(s, operation, found, tokens, algorithm)
}

// useBlob finds the key that an operation decrypts a blob with, and decrypts it.
// The KeyId may be missing.
func (k *KMS) useBlob(s session, operation string, keyID *string, blob []byte, context map[string]string, tokens []string, algorithm types.EncryptionAlgorithmSpec) (key, []byte, error) {
	// A key of another Region is as unknown here as a made-up one.
	origin, originErr := k.lookUp(s.region, blobKeyID(blob))
	found := origin
	if keyID != nil {
		var err error
		if found, err = k.find(s.region, *keyID); err != nil {
			return key{}, nil, err
		}
	} else if originErr != nil {
		return key{}, nil, invalidCiphertext()
	}
	if err := k.ready(s, operation, found, tokens, algorithm); err != nil {
		return key{}, nil, err
	}
	switch {
	case originErr != nil:
		return key{}, nil, invalidCiphertext()
	case origin.id != found.id:
		return key{}, nil, failure(codeIncorrectKey, "The key ID in the request does not identify a CMK that can perform this operation.")
	}
	plaintext, err := found.open(blob, context)
	return found, plaintext, err
}
