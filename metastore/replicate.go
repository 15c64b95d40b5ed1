package metastore

import (
	"context"
	"crypto/subtle"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Replicate copies a version, with its extra data, to another store, such as that of
// another Region, encrypted by the target's own encryptor. A version that exists
// there is left alone, and copied is false; if that has other keys, so that items of
// one Region cannot be read in the other, it is also a [cmp.ErrConfig]. Extra data is
// only signed in the target if the target's [WithExtraData] says so. What fails is an
// [*Error].
func (s *Store) Replicate(ctx context.Context, materialName string, version int64, target *Store) (copied bool, err error) {
	if target == nil {
		return false, s.fail("replicate", materialName, version, fmt.Errorf("the target store is nil: %w", cmp.ErrConfig))
	}
	material, err := s.read(ctx, materialName, version)
	if err != nil {
		return false, s.fail("replicate", materialName, version, err)
	}
	defer clearKeys(material)
	if _, err := provider(material, materialName, version); err != nil {
		return false, s.fail("replicate", materialName, version, err)
	}
	copied, err = target.put(ctx, material)
	if err == nil && !copied {
		err = target.compare(ctx, material, materialName, version)
	}
	if err != nil {
		return false, target.fail("replicate", materialName, version, err)
	}
	return copied, nil
}

// compare refuses a version in the store that has other keys than the material.
func (s *Store) compare(ctx context.Context, material crypto.Item, materialName string, version int64) error {
	existing, err := s.read(ctx, materialName, version)
	if err != nil {
		return fmt.Errorf("the version exists there, but does not open: %w", err)
	}
	defer clearKeys(existing)
	for _, name := range []string{encryptionKey, integrityKey} {
		a, _ := material[name].(*types.AttributeValueMemberB)
		b, ok := existing[name].(*types.AttributeValueMemberB)
		if !ok || subtle.ConstantTimeCompare(a.Value, b.Value) != 1 {
			return fmt.Errorf("the version exists there with other keys, and was left alone: %w", cmp.ErrConfig)
		}
	}
	return nil
}
