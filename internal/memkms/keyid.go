package memkms

import (
	"fmt"
	"strings"
)

const aliasPrefix = "alias/"

// arn returns the ARN of a resource, "key/…" or "alias/…".
func (k *KMS) arn(region, resource string) string {
	return fmt.Sprintf("arn:%s:kms:%s:%s:%s", partition(region), region, k.account, resource)
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// find returns a copy of the key that a KeyId means in a Region: key id, key
// ARN, alias name or alias ARN.
func (k *KMS) find(region, keyID string) (key, error) {
	name, err := k.resource(region, keyID)
	if err != nil {
		return key{}, err
	}
	if !strings.HasPrefix(name, aliasPrefix) {
		return k.lookUp(region, name)
	}
	k.mu.RLock()
	id, ok := k.aliases[place{region, name}]
	k.mu.RUnlock()
	if !ok {
		return key{}, notFound("Alias %s is not found.", k.arn(region, name))
	}
	return k.lookUp(region, id)
}

// key returns a copy of the key with an id or ARN. Operations that change keys
// take no alias.
func (k *KMS) key(region, keyID string) (key, error) {
	name, err := k.resource(region, keyID)
	if err != nil {
		return key{}, err
	}
	return k.lookUp(region, name)
}

func (k *KMS) lookUp(region, id string) (key, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	found := k.keys[place{region, id}]
	if found == nil {
		return key{}, notFound("Key '%s' does not exist", k.arn(region, "key/"+id))
	}
	return *found, nil
}

// resource returns the key id or the alias name of a KeyId.
func (k *KMS) resource(region, keyID string) (string, error) {
	if n := len(keyID); n < 1 || n > 2048 {
		return "", validation("1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must have length between 1 and 2048")
	}
	if !strings.HasPrefix(keyID, "arn:") {
		return keyID, nil
	}
	parts := strings.SplitN(keyID, ":", 6)
	if len(parts) < 6 || parts[1] != partition(region) || parts[2] != "kms" {
		return "", notFound("Invalid arn %s", keyID)
	}
	if parts[3] != region {
		return "", notFound("Invalid arn %s", parts[3])
	}
	if parts[4] != k.account {
		return "", failure(codeAccessDenied, "The key belongs to account %s, where the caller has no access", parts[4])
	}
	id, isKey := strings.CutPrefix(parts[5], "key/")
	if !isKey && !strings.HasPrefix(id, aliasPrefix) {
		return "", notFound("Invalid arn %s", keyID)
	}
	return id, nil
}
