package cmp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// keyARN is an ARN of AWS KMS: arn:partition:kms:region:account:resource.
type keyARN struct {
	partition, region, account string
	resource                   string // key/ID or alias/NAME
}

func parseKeyARN(text string) (keyARN, bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "kms" || parts[1] == "" || parts[3] == "" || parts[4] == "" {
		return keyARN{}, false
	}
	kind, id, _ := strings.Cut(parts[5], "/")
	if id == "" || kind != "alias" && (kind != "key" || strings.Contains(id, "/")) || strings.Contains(parts[1]+parts[3]+parts[4], "/") {
		return keyARN{}, false
	}
	return keyARN{parts[1], parts[3], parts[4], parts[5]}, true
}

func (a keyARN) isAlias() bool { return strings.HasPrefix(a.resource, "alias/") }

// multiRegionPrefix is what the IDs of multi-Region keys start with.
const multiRegionPrefix = "key/mrk-"

// isSameKey reports whether b is the key a, or is related to it by multi-Region
// replication.
func (a keyARN) isSameKey(b keyARN) bool {
	if strings.HasPrefix(a.resource, multiRegionPrefix) {
		a.region = b.region
	}
	return a == b
}

func checkKMSKeyID(id string) error {
	_, isARN := parseKeyARN(id)
	name, isAlias := strings.CutPrefix(id, "alias/")
	switch {
	case id == "":
		return fmt.Errorf("cmp: a KMS key ID is empty: %w", ErrConfig)
	case strings.ContainsFunc(id, func(r rune) bool { return !isKeyIDRune(r) }):
	case isARN, isAlias && name != "", !isAlias && !strings.ContainsAny(id, ":/"):
		return nil
	}
	return fmt.Errorf("cmp: %q is no KMS key ID, key ARN, alias/NAME or alias ARN: %w", id, ErrConfig)
}

func isKeyIDRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_/:", r)
}

// kmsRegion returns the Region of an ARN, or nothing.
func kmsRegion(keyID string) string {
	arn, _ := parseKeyARN(keyID)
	return arn.region
}

func (p *KMS) selectKey(ctx context.Context, request KMSKeyRequest) (string, error) {
	if p.options.selectKey == nil {
		return p.keyID, nil
	}
	id, err := p.options.selectKey(ctx, request)
	if err != nil {
		return "", keyError("select the KMS key", err)
	}
	if err := checkKMSKeyID(id); err != nil {
		return "", fmt.Errorf("key selector: %w", err)
	}
	return id, nil
}

// checkKeyUsed checks the key that KMS says it used, by its ARN, for a call in
// which it was told keyID.
func (p *KMS) checkKeyUsed(ctx context.Context, op string, encryption EncryptionContext, keyID, used string) error {
	if op != opDecrypt || !p.options.anyKey {
		if err := p.checkSameKey(ctx, op, keyID, used); err != nil {
			if _, done := errors.AsType[*KMSError](err); done {
				return err
			}
			return newKMSError(op, keyID, err)
		}
	}
	if p.options.validateKey == nil {
		return nil
	}
	use := KMSKeyUse{Op: op, Context: encryption, KeyID: keyID, UsedKeyARN: used}
	if err := p.options.validateKey(ctx, use); err != nil {
		return newKMSError(op, keyID, fmt.Errorf("the key validator refuses the key %q that KMS used: %w", used, err))
	}
	return nil
}

func (p *KMS) checkSameKey(ctx context.Context, op, keyID, used string) error {
	answered, ok := parseKeyARN(used)
	if !ok || answered.isAlias() {
		return fmt.Errorf("it answered that it used %q, which is no key ARN", used)
	}
	if isKey(keyID, answered) || op == opDecrypt && slices.ContainsFunc(p.options.decryptionKeys, func(id string) bool { return isKey(id, answered) }) {
		return nil
	}
	if mayBeAlias(keyID, answered) {
		same, err := p.aliases.check(ctx, p, op, keyID, answered)
		if same || err != nil {
			return err
		}
	}
	return fmt.Errorf("it answered that it used %q, which is another key; if items under it may be read, list it among the decryption keys", used)
}

// isKey reports whether a key ID or key ARN is that of the key, or of one that is
// related to it.
func isKey(keyID string, key keyARN) bool {
	arn, isARN := parseKeyARN(keyID)
	return isARN && arn.isSameKey(key) || key.resource == "key/"+keyID
}

// mayBeAlias reports whether keyID is an alias that can stand for the key.
func mayBeAlias(keyID string, key keyARN) bool {
	arn, isARN := parseKeyARN(keyID)
	if !isARN {
		return strings.HasPrefix(keyID, "alias/")
	}
	return arn.isAlias() && arn.partition == key.partition && arn.region == key.region && arn.account == key.account
}
