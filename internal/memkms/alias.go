package memkms

import (
	"fmt"
	"regexp"
	"strings"
)

var aliasName = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)

// CreateAlias gives a key of a Region, by its id or ARN, another name, such as
// "alias/app". It fails as the operation of that name does.
func (k *KMS) CreateAlias(region, alias, keyID string) error {
	if err := k.setAlias(region, alias, keyID, false); err != nil {
		return fmt.Errorf("memkms: CreateAlias %q: %w", alias, err)
	}
	return nil
}

// UpdateAlias makes an alias the name of another key, by its id or ARN. It fails
// as the operation of that name does.
func (k *KMS) UpdateAlias(region, alias, keyID string) error {
	if err := k.setAlias(region, alias, keyID, true); err != nil {
		return fmt.Errorf("memkms: UpdateAlias %q: %w", alias, err)
	}
	return nil
}

func (k *KMS) setAlias(region, alias, keyID string, update bool) error {
	if !aliasName.MatchString(alias) {
		return validation("1 validation error detected: Value at 'aliasName' failed to satisfy constraint: Member must satisfy the pattern %s", aliasName)
	}
	if strings.HasPrefix(alias, aliasPrefix+"aws/") {
		return failure(codeInvalidAliasName, "Aliases that begin with alias/aws/ are reserved")
	}
	target, err := k.key(region, keyID)
	if err != nil {
		return err
	}
	if err := target.notPendingDeletion(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := place{region, alias}
	_, exists := k.aliases[at]
	switch {
	case update && !exists:
		return notFound("Alias %s is not found.", k.arn(region, alias))
	case !update && exists:
		return failure(codeAlreadyExists, "An alias with the name %s already exists", k.arn(region, alias))
	}
	k.aliases[at] = target.id
	return nil
}

type aliasInput struct {
	AliasName   string `json:"AliasName"`
	TargetKeyID string `json:"TargetKeyId"`
}

func (k *KMS) createAlias(s session, in *aliasInput) (*struct{}, error) {
	return k.serveAlias(s, "CreateAlias", in, false)
}

func (k *KMS) updateAlias(s session, in *aliasInput) (*struct{}, error) {
	return k.serveAlias(s, "UpdateAlias", in, true)
}

func (k *KMS) serveAlias(s session, operation string, in *aliasInput, update bool) (*struct{}, error) {
	target, err := k.key(s.region, in.TargetKeyID)
	if err != nil {
		return nil, err
	}
	if err := k.admit(s, operation, target, nil); err != nil {
		return nil, err
	}
	return &struct{}{}, k.setAlias(s.region, in.AliasName, in.TargetKeyID, update)
}
