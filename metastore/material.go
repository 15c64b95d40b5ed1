package metastore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Attributes of a stored version, and their values (docs/wire-format.md §7).
const (
	nameKey             = "N"
	versionKey          = "V"
	typeAttribute       = "t"
	encryptionKey       = "enc"
	encryptionAlgorithm = "encAlg"
	integrityKey        = "int"
	integrityAlgorithm  = "intAlg"

	materialType = "0"
	aesAlgorithm = "AES"
	hmac256      = "HmacSHA256"
	keySize      = 32

	metaID = "amzn-ddb-meta-id"
)

// ownAttributes are those that extra data cannot have.
var ownAttributes = []string{nameKey, versionKey, typeAttribute, encryptionKey, encryptionAlgorithm, integrityKey, integrityAlgorithm}

func primaryKey(materialName string, version int64) crypto.Item {
	return crypto.Item{
		nameKey:    &types.AttributeValueMemberS{Value: materialName},
		versionKey: &types.AttributeValueMemberN{Value: strconv.FormatInt(version, 10)},
	}
}

// newMaterial returns a version with new keys, not encrypted yet.
func newMaterial(materialName string, version int64) (crypto.Item, error) {
	keys := make([]byte, 2*keySize)
	if _, err := rand.Read(keys); err != nil {
		return nil, fmt.Errorf("%w: no random keys: %w", cmp.ErrKeyUnavailable, err)
	}
	material := primaryKey(materialName, version)
	material[typeAttribute] = &types.AttributeValueMemberS{Value: materialType}
	material[encryptionAlgorithm] = &types.AttributeValueMemberS{Value: aesAlgorithm}
	material[encryptionKey] = &types.AttributeValueMemberB{Value: keys[:keySize:keySize]}
	material[integrityAlgorithm] = &types.AttributeValueMemberS{Value: hmac256}
	material[integrityKey] = &types.AttributeValueMemberB{Value: keys[keySize:]}
	return material, nil
}

// clearKeys zeroes the keys of a decrypted version.
func clearKeys(material crypto.Item) {
	for _, name := range []string{encryptionKey, integrityKey} {
		if key, ok := material[name].(*types.AttributeValueMemberB); ok && key != nil {
			clear(key.Value)
		}
	}
}

// provider returns the provider that a decrypted version stands for.
func provider(material crypto.Item, materialName string, version int64) (cmp.Provider, error) {
	for _, expected := range [][2]string{{typeAttribute, materialType}, {encryptionAlgorithm, aesAlgorithm}, {integrityAlgorithm, hmac256}} {
		name, want := expected[0], expected[1]
		text, ok := material[name].(*types.AttributeValueMemberS)
		if !ok || text == nil {
			return nil, fmt.Errorf("%w: attribute %q is missing or no string", cmp.ErrCorrupt, name)
		}
		if text.Value != want {
			return nil, fmt.Errorf("%w: attribute %q is not %q; it may have been written by a later version of a client", cmp.ErrAlgorithm, name, want)
		}
	}
	wrapping, err := key(material, encryptionKey, cmp.NewAESKey)
	if err != nil {
		return nil, err
	}
	signing, err := key(material, integrityKey, func(b []byte) (*cmp.HMACKey, error) {
		if len(b) != keySize {
			return nil, errors.New("it is not of 32 bytes")
		}
		return cmp.NewHMACKey(hmac256, b)
	})
	if err != nil {
		return nil, err
	}
	return cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing},
		cmp.WithDescription(cmp.MaterialDescription{metaID: materialName + "#" + strconv.FormatInt(version, 10)}))
}

func key[K any](material crypto.Item, name string, parse func([]byte) (K, error)) (K, error) {
	var none K
	b, ok := material[name].(*types.AttributeValueMemberB)
	if !ok || b == nil {
		return none, fmt.Errorf("%w: attribute %q is missing or not binary", cmp.ErrCorrupt, name)
	}
	k, err := parse(b.Value)
	if err != nil {
		return none, fmt.Errorf("%w: attribute %q is no key: its length is %d bytes", cmp.ErrCorrupt, name, len(b.Value))
	}
	return k, nil
}

// versionFromDescription reads amzn-ddb-meta-id: the name, #, and a decimal without
// sign or leading zeros. The name may have a # itself.
func versionFromDescription(materialName string, description cmp.MaterialDescription) (int64, error) {
	id, ok := description[metaID]
	if !ok {
		return 0, fmt.Errorf("%w: it has no %s; the item was not encrypted by a most recent provider", cmp.ErrDescription, metaID)
	}
	text, ok := strings.CutPrefix(id, materialName+"#")
	if !ok {
		return 0, fmt.Errorf("%w: %s is of another material than %q", cmp.ErrDescription, metaID, materialName)
	}
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version < 0 || strconv.FormatInt(version, 10) != text {
		return 0, fmt.Errorf("%w: the version in %s is not a plain decimal from 0 to %d", cmp.ErrDescription, metaID, maxVersion)
	}
	return version, nil
}
