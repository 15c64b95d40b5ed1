package cmp

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
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
	if id == "" || kind != "key" && kind != "alias" {
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
	switch {
	case isARN, id != "" && !strings.HasPrefix(id, "arn:") && id != "alias/" && !strings.ContainsAny(id, " \t\r\n"):
		return nil
	case id == "":
		return fmt.Errorf("cmp: a KMS key ID is empty: %w", ErrConfig)
	}
	return fmt.Errorf("cmp: %q is no KMS key ID, key ARN, alias/NAME or alias ARN: %w", id, ErrConfig)
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
	configured, isARN := parseKeyARN(keyID)
	same := false
	switch {
	case isARN && !configured.isAlias():
		same = configured.isSameKey(answered)
	case isARN && (configured.partition != answered.partition || configured.region != answered.region || configured.account != answered.account):
	case isARN, strings.HasPrefix(keyID, "alias/"):
		same = p.checkAlias(ctx, op, keyID, answered)
	default:
		same = answered.resource == "key/"+keyID
	}
	if !same {
		return fmt.Errorf("it answered that it used %q, which is another key; if items under it may be read, list it among the decryption keys", used)
	}
	return nil
}

// aliasTargets are the keys that aliases last stood for.
type aliasTargets struct {
	mu   sync.Mutex
	keys map[string]keyARN
}

func (t *aliasTargets) get(alias string) (keyARN, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key, ok := t.keys[alias]
	return key, ok
}

func (t *aliasTargets) set(alias string, key keyARN) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys == nil {
		t.keys = map[string]keyARN{}
	}
	t.keys[alias] = key
}

// checkAlias compares a key with what the alias stands for. KMS itself resolves
// the alias in each call, so the first answer is believed, and that of
// GenerateDataKey always. Another answer of Decrypt must be what DescribeKey says.
func (p *KMS) checkAlias(ctx context.Context, op, alias string, answered keyARN) bool {
	last, known := p.aliases.get(alias)
	if known && last.isSameKey(answered) {
		return true
	}
	if known && op == opDecrypt && !p.aliasStandsFor(ctx, alias, answered) {
		return false
	}
	p.aliases.set(alias, answered)
	return true
}

// keyDescriber is the part of *kms.Client that tells what an alias stands for.
type keyDescriber interface {
	DescribeKey(ctx context.Context, input *kms.DescribeKeyInput, options ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
}

func (p *KMS) aliasStandsFor(ctx context.Context, alias string, key keyARN) bool {
	client, err := p.client(alias)
	if err != nil {
		return false
	}
	describer, ok := client.(keyDescriber)
	if !ok {
		return false
	}
	output, err := describer.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &alias, GrantTokens: p.options.grantTokens}, addUserAgent)
	if err != nil || output.KeyMetadata == nil {
		return false
	}
	described, ok := parseKeyARN(aws.ToString(output.KeyMetadata.Arn))
	return ok && described.isSameKey(key)
}
