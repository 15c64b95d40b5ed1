package memkms

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// key is one key in one Region. All but the state stays as it was made.
type key struct {
	id          string
	arn         string
	region      string
	primary     string // Region of the primary key, "" for a single-Region key
	spec        types.KeySpec
	usage       types.KeyUsageType
	description string
	created     time.Time
	material    *material
	state       types.KeyState
	deletion    time.Time // zero unless its deletion is scheduled
}

func (k *key) symmetric() bool {
	return k.spec == types.KeySpecSymmetricDefault && k.usage == types.KeyUsageTypeEncryptDecrypt
}

// KeyOption is an option of [KMS.CreateKey].
type KeyOption func(*key)

// MultiRegion makes a multi-Region primary key, which [KMS.ReplicateKey] copies.
func MultiRegion() KeyOption {
	return func(k *key) { k.primary = k.region }
}

// WithSpec makes a key of another kind than a symmetric one for encryption. It
// takes any combination, also those that CreateKey refuses.
func WithSpec(spec types.KeySpec, usage types.KeyUsageType) KeyOption {
	return func(k *key) { k.spec, k.usage = spec, usage }
}

// WithKeyDescription sets the description of a key.
func WithKeyDescription(text string) KeyOption {
	return func(k *key) { k.description = text }
}

// CreateKey makes an enabled key with random material, symmetric and for
// encryption unless the options say otherwise, and returns its ARN.
func (k *KMS) CreateKey(region string, options ...KeyOption) (arn string) {
	return k.newKey(region, options...).arn
}

// newKey makes a key and returns a copy of it.
func (k *KMS) newKey(region string, options ...KeyOption) key {
	made := &key{
		region:   region,
		spec:     types.KeySpecSymmetricDefault,
		usage:    types.KeyUsageTypeEncryptDecrypt,
		created:  time.Now(),
		material: newMaterial(),
		state:    types.KeyStateEnabled,
	}
	for _, option := range options {
		option(made)
	}
	made.id = newKeyID(made.primary != "")
	made.arn = k.arn(region, "key/"+made.id)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[place{region, made.id}] = made
	return *made
}

// newKeyID returns an id of 36 characters.
func newKeyID(multiRegion bool) string {
	b := randomBytes(16)
	if multiRegion {
		return "mrk-" + hex.EncodeToString(b)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // UUID version 4
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ReplicateKey copies a multi-Region primary key to another Region and returns
// the ARN of the replica, which is enabled at once. It fails as the operation
// of that name does.
func (k *KMS) ReplicateKey(arn, region string) (replicaARN string, err error) {
	replica, err := k.replicate(regionOf(arn), arn, region, "")
	if err != nil {
		return "", fmt.Errorf("memkms: ReplicateKey of %s to %q: %w", arn, region, err)
	}
	return replica.arn, nil
}

func (k *KMS) replicate(region, keyID, replicaRegion, description string) (key, error) {
	original, err := k.key(region, keyID)
	if err != nil {
		return key{}, err
	}
	switch {
	case original.primary != region:
		return key{}, failure(codeUnsupported, "%s is not a multi-Region primary key", original.arn)
	case replicaRegion == "":
		return key{}, validation("1 validation error detected: Value at 'replicaRegion' failed to satisfy constraint: Member must not be null")
	}
	if err := original.enabled(); err != nil {
		return key{}, err
	}
	replica := original
	replica.region = replicaRegion
	replica.arn = k.arn(replicaRegion, "key/"+original.id)
	replica.description = description
	replica.created = time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	at := place{replicaRegion, replica.id}
	if k.keys[at] != nil {
		return key{}, failure(codeAlreadyExists, "%s already exists", replica.arn)
	}
	k.keys[at] = &replica
	return replica, nil
}

// SetState puts a key, by its ARN, into any state of a key: it then refuses what
// KMS refuses in that state. It fails if there is no such key.
func (k *KMS) SetState(arn string, state types.KeyState) error {
	err := k.change(regionOf(arn), arn, func(found *key) error {
		found.state = state
		return nil
	})
	if err != nil {
		return fmt.Errorf("memkms: SetState: %w", err)
	}
	return nil
}

// change runs do with a key, by its id or ARN, under the lock.
func (k *KMS) change(region, keyID string, do func(*key) error) error {
	found, err := k.key(region, keyID)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return do(k.keys[place{region, found.id}])
}

// regionOf returns the Region of an ARN, "" if it is none.
func regionOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[3]
}
