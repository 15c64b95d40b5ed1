package cmp

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// KMSAPI is what a [KMS] provider asks of a *kms.Client. If the client also has
// DescribeKey, a KMS provider asks it whether an alias was moved to another key.
type KMSAPI interface {
	GenerateDataKey(ctx context.Context, input *kms.GenerateDataKeyInput, options ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(ctx context.Context, input *kms.DecryptInput, options ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// KMS is the Direct KMS provider: it asks AWS KMS for a new data key for each
// item that is encrypted and to decrypt that key for each that is read, one call
// each. Content key and signing key are derived from it. It is safe for
// concurrent use if its client is, as *kms.Client is.
//
// The name of the table and the names and values of the key attributes are in the
// encryption context of each call, in the clear, so that they appear in AWS
// CloudTrail logs; and so KMS refuses to decrypt the data key of an item that was
// moved to another table or key.
//
// The caller needs the permissions kms:GenerateDataKey to encrypt and kms:Decrypt
// to decrypt, for a symmetric encryption key. There are no retries besides those
// of the client.
//
// Source: developer guide, "Direct KMS Materials Provider"; docs/wire-format.md §7.
type KMS struct {
	client      func(keyID string) (KMSAPI, error)
	region      func(keyID string) string // of that client, or the same for all keys
	keyID       string
	options     kmsOptions
	description MaterialDescription // what each item's starts with
	content     int                 // length of content keys that are written, in bytes
	signing     kmsSigning          // how items that are written are signed
	aliases     aliases
}

var _ Provider = (*KMS)(nil)

// Keys and values of descriptions, and what keys are derived by
// (docs/wire-format.md §2, §7).
const (
	descriptionSigningKeyAlgorithm = "amzn-ddb-sig-alg"
	descriptionCoverage            = "aws-kms-ec-attr"
	keysCoverage                   = "*keys*"
	kmsWrap                        = "kms"

	dataKeySize    = 32
	encryptionInfo = "Encryption"
	signingInfo    = "Signing"
)

// kmsSigning is a value of amzn-ddb-sig-alg.
type kmsSigning struct {
	text      string
	algorithm string
	size      int // of the key, in bytes
}

var kmsSignings = []kmsSigning{
	{"HmacSHA256/256", "HmacSHA256", 32},
	{"HmacSHA384/384", "HmacSHA384", 48},
	{"HmacSHA512/512", "HmacSHA512", 64},
}

// NewKMS returns a provider that protects items under the KMS key with this key
// ID, key ARN, alias name or alias ARN, in the Region of the client. For a
// multi-Region key, give the ARN of the key in that Region: what was encrypted in
// another decrypts. An empty or malformed ID is an [ErrConfig]; whether the key
// exists shows with the first item.
//
// When decrypting, KMS is told which key to use and refuses data keys of others,
// and the key that it says it used is compared: with a key ARN it is that key or
// one related to it by multi-Region replication. An alias may be moved to another
// key while the process runs: the answer must be the key that the alias last
// stood for, or that it stands for now, as far as the client can ask. Items under
// an earlier key of an alias need [WithDecryptionKeys].
func NewKMS(client KMSAPI, keyID string, options ...Option) (*KMS, error) {
	if client == nil {
		return nil, fmt.Errorf("cmp: the KMS client is nil: %w", ErrConfig)
	}
	return newKMS(func(string) (KMSAPI, error) { return client, nil }, func(string) string { return "" }, keyID, options)
}

// NewKMSFromConfig is [NewKMS] with clients of its own, one for each Region: that
// of the key's ARN, or else that of the configuration.
func NewKMSFromConfig(config aws.Config, keyID string, options ...Option) (*KMS, error) {
	clients := &regionalClients{config: config.Copy(), clients: map[string]*kms.Client{}}
	p, err := newKMS(clients.get, clients.region, keyID, options)
	if err != nil {
		return nil, err
	}
	for _, id := range p.configuredKeys() {
		if _, err := clients.get(id); err != nil {
			return nil, fmt.Errorf("cmp: %w", err)
		}
	}
	return p, nil
}

func newKMS(client func(string) (KMSAPI, error), region func(string) string, keyID string, options []Option) (*KMS, error) {
	o, err := newProviderOptions(kmsKind, options)
	if err != nil {
		return nil, err
	}
	p := &KMS{client: client, region: region, keyID: keyID, options: o.kms, signing: kmsSignings[0], content: contentKeySizes[defaultContentKeyAlgorithm]}
	if keyID == "" && o.kms.selectKey == nil {
		return nil, fmt.Errorf("cmp: the KMS key ID is empty: %w", ErrConfig)
	}
	for _, id := range p.configuredKeys() {
		if err := checkKMSKeyID(id); err != nil {
			return nil, err
		}
	}
	if err := p.request(o.description); err != nil {
		return nil, err
	}
	return p, nil
}

// configuredKeys returns the key IDs that are known before there is an item.
func (p *KMS) configuredKeys() []string {
	var ids []string
	if p.keyID != "" {
		ids = append(ids, p.keyID)
	}
	return append(ids, p.options.decryptionKeys...)
}

// request takes over the requested material description.
func (p *KMS) request(description MaterialDescription) error {
	p.description = MaterialDescription{
		DescriptionContentKeyAlgorithm: defaultContentKeyAlgorithm,
		descriptionSigningKeyAlgorithm: p.signing.text,
		DescriptionWrapAlgorithm:       kmsWrap,
		descriptionCoverage:            keysCoverage,
	}
	for key, value := range description {
		switch key {
		case DescriptionContentKey:
			return fmt.Errorf("cmp: the requested description cannot set %s: %w", key, ErrConfig)
		case DescriptionWrapAlgorithm, descriptionCoverage:
			if value != p.description[key] {
				return fmt.Errorf("cmp: the requested description asks for %s %q, but a KMS provider writes %q: %w", key, value, p.description[key], ErrConfig)
			}
		case DescriptionContentKeyAlgorithm:
			if p.content = contentKeySizes[value]; p.content == 0 {
				return fmt.Errorf("cmp: the requested description asks for %s %q, not AES/128, AES/192 or AES/256: %w", key, value, ErrConfig)
			}
		case descriptionSigningKeyAlgorithm:
			i := slices.IndexFunc(kmsSignings, func(s kmsSigning) bool { return s.text == value })
			if i < 0 {
				return fmt.Errorf("cmp: the requested description asks for %s %q, not HmacSHA256/256, HmacSHA384/384 or HmacSHA512/512: %w", key, value, ErrConfig)
			}
			p.signing = kmsSignings[i]
		}
		p.description[key] = value
	}
	return nil
}

// EncryptionMaterials asks KMS for a data key and derives the keys. An item
// without its key attributes, or with ones that DynamoDB does not have as keys, is
// an [ErrConfig]. What fails in KMS is a [*KMSError].
func (p *KMS) EncryptionMaterials(ctx context.Context, request EncryptionRequest) (*EncryptionMaterials, error) {
	keyID, err := p.selectKey(ctx, KMSKeyRequest{Context: request.Context, Item: request.Item})
	if err != nil {
		return nil, err
	}
	kmsContext, err := encryptionKMSContext(request.Context, request.Item, p.description)
	if err != nil {
		return nil, contextError(ErrConfig, err)
	}
	client, err := p.client(keyID)
	if err != nil {
		return nil, err
	}
	output, err := client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId:             &keyID,
		NumberOfBytes:     aws.Int32(dataKeySize),
		EncryptionContext: kmsContext,
		GrantTokens:       p.options.grantTokens,
	}, addUserAgent)
	if err != nil {
		return nil, newKMSError(opGenerateDataKey, keyID, err)
	}
	if output == nil {
		return nil, newKMSError(opGenerateDataKey, keyID, errNoOutput)
	}
	defer clear(output.Plaintext)
	if len(output.Plaintext) != dataKeySize || len(output.CiphertextBlob) == 0 || len(output.CiphertextBlob) > maxWrappedKey {
		return nil, newKMSError(opGenerateDataKey, keyID, fmt.Errorf("it answered with a data key of %d bytes in a ciphertext of %d, not of %d in 1 to %d",
			len(output.Plaintext), len(output.CiphertextBlob), dataKeySize, maxWrappedKey))
	}
	if err := p.checkKeyUsed(ctx, opGenerateDataKey, request.Context, keyID, aws.ToString(output.KeyId)); err != nil {
		return nil, err
	}
	contentKey, signingKey, err := deriveKeys(output.Plaintext, p.content, p.signing)
	if err != nil {
		return nil, err
	}
	description := make(MaterialDescription, len(p.description)+1)
	for key, value := range p.description {
		description[key] = value
	}
	description[DescriptionContentKey] = base64.StdEncoding.EncodeToString(output.CiphertextBlob)
	return &EncryptionMaterials{Description: description, EncryptionKey: contentKey, SigningKey: signingKey}, nil
}

// DecryptionMaterials asks KMS to decrypt the item's data key and derives the
// keys. A description that is not one of a KMS provider is refused before, with
// [ErrDescription] or [ErrAlgorithm]. A data key that KMS refuses to decrypt for
// this table and these key attributes is an [ErrSignature]: the item was changed
// or moved. Data keys of other KMS keys, and everything else that fails in KMS,
// are an [ErrKeyUnavailable]. Both are a [*KMSError].
func (p *KMS) DecryptionMaterials(ctx context.Context, request DecryptionRequest) (*DecryptionMaterials, error) {
	dataKey, err := p.encryptedDataKey(request.Description)
	if err != nil {
		return nil, err
	}
	keyID, err := p.selectKey(ctx, KMSKeyRequest(request))
	if err != nil {
		return nil, err
	}
	contexts, err := decryptionKMSContexts(request)
	if err != nil {
		return nil, contextError(ErrSignature, err)
	}
	var plaintext []byte
	for _, kmsContext := range contexts {
		plaintext, err = p.decrypt(ctx, request.Context, keyID, &kms.DecryptInput{
			CiphertextBlob:    dataKey.ciphertext,
			EncryptionContext: kmsContext,
			GrantTokens:       p.options.grantTokens,
		})
		if !errors.Is(err, ErrSignature) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	defer clear(plaintext)
	if len(plaintext) != dataKeySize {
		return nil, fmt.Errorf("%w: %s is no data key of %d bytes", ErrDescription, DescriptionContentKey, dataKeySize)
	}
	contentKey, signingKey, err := deriveKeys(plaintext, dataKey.content, dataKey.signing)
	if err != nil {
		return nil, err
	}
	return &DecryptionMaterials{
		VerificationKey: signingKey,
		DecryptionKey:   func(context.Context) (DecryptionKey, error) { return contentKey, nil },
	}, nil
}

// encryptedKey is the data key as it stands in a description.
type encryptedKey struct {
	ciphertext []byte
	content    int
	signing    kmsSigning
}

// encryptedDataKey reads the description by the accept list of docs/wire-format.md §2.
func (p *KMS) encryptedDataKey(description MaterialDescription) (key encryptedKey, err error) {
	for _, name := range []string{DescriptionWrapAlgorithm, DescriptionContentKeyAlgorithm, descriptionSigningKeyAlgorithm, DescriptionContentKey} {
		if _, ok := description[name]; !ok {
			return key, fmt.Errorf("%w: it has no %s; the item was encrypted by another provider", ErrDescription, name)
		}
	}
	if description[DescriptionWrapAlgorithm] != kmsWrap {
		return key, fmt.Errorf("%w: %s is not kms, as the provider is", ErrAlgorithm, DescriptionWrapAlgorithm)
	}
	if coverage, ok := description[descriptionCoverage]; ok && coverage != keysCoverage {
		return key, fmt.Errorf("%w: %s is not %s", ErrDescription, descriptionCoverage, keysCoverage)
	}
	var known bool
	if key.content, known = contentKeySizes[description[DescriptionContentKeyAlgorithm]]; !known {
		return key, fmt.Errorf("%w: %s is not AES, AES/128, AES/192 or AES/256", ErrAlgorithm, DescriptionContentKeyAlgorithm)
	}
	if key.content == 0 { // AES: both published clients derive 256 bits
		key.content = contentKeySizes[defaultContentKeyAlgorithm]
	}
	switch description[descriptionSigningKeyAlgorithm] {
	case p.signing.text:
		key.signing = p.signing
	case kmsSignings[0].text:
		key.signing = kmsSignings[0]
	default:
		return key, fmt.Errorf("%w: %s is neither %s nor what the provider requests", ErrAlgorithm, descriptionSigningKeyAlgorithm, kmsSignings[0].text)
	}
	ciphertext, ok := decodeWrappedKey(description[DescriptionContentKey])
	if !ok {
		return key, fmt.Errorf("%w: %s is not canonical base64 of 1 to %d bytes", ErrDescription, DescriptionContentKey, maxWrappedKey)
	}
	key.ciphertext = ciphertext
	return key, nil
}

// deriveKeys derives the keys of an item from its data key (RFC 5869, without
// salt).
func deriveKeys(dataKey []byte, content int, signing kmsSigning) (*AESKey, *HMACKey, error) {
	contentBytes, err := hkdf.Key(sha256.New, dataKey, nil, encryptionInfo, content)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: derive the content key: %w", ErrKeyUnavailable, err)
	}
	defer clear(contentBytes)
	signingBytes, err := hkdf.Key(sha256.New, dataKey, nil, signingInfo, signing.size)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: derive the signing key: %w", ErrKeyUnavailable, err)
	}
	defer clear(signingBytes)
	contentKey, err := NewAESKey(contentBytes)
	if err != nil {
		return nil, nil, err
	}
	signingKey, err := NewHMACKey(signing.algorithm, signingBytes)
	if err != nil {
		return nil, nil, err
	}
	return contentKey, signingKey, nil
}

// decrypt asks with one key ID after the other, as long as the next one may help.
// Where none does, the error that tells most is returned.
func (p *KMS) decrypt(ctx context.Context, encryption EncryptionContext, keyID string, input *kms.DecryptInput) ([]byte, error) {
	ids := p.keysToTry(keyID)
	var worst error
	rank := noVerdict
	invalid := map[string]bool{} // Regions in which the context or the ciphertext does not fit
	knows := map[string]bool{}   // Regions that know the ciphertext as one of their own
	if !slices.ContainsFunc(ids, func(id string) bool { return p.region(id) != p.region(ids[0]) }) {
		knows[p.region(ids[0])] = true
	}
	for _, id := range ids {
		region := p.region(id)
		if invalid[region] {
			continue // its other keys would give the same answer
		}
		plaintext, err := p.decryptUnder(ctx, encryption, id, *input)
		if err == nil {
			return plaintext, nil
		}
		v := verdictOf(err)
		switch v {
		case otherFailure:
			return nil, err
		case incorrectKey:
			knows[region] = true
		case invalidCiphertext:
			invalid[region] = true
			if knows[region] {
				v = otherContext
			}
		}
		if v > rank {
			worst, rank = err, v
		}
	}
	return nil, worst
}

// keysToTry returns the key IDs for Decrypt. If any key will do, there is one for
// each Region.
func (p *KMS) keysToTry(keyID string) []string {
	ids := append([]string{keyID}, p.options.decryptionKeys...)
	if !p.options.anyKey {
		return ids
	}
	regions := map[string]bool{}
	return slices.DeleteFunc(ids, func(id string) bool {
		region := p.region(id)
		seen := regions[region]
		regions[region] = true
		return seen
	})
}

func (p *KMS) decryptUnder(ctx context.Context, encryption EncryptionContext, id string, input kms.DecryptInput) ([]byte, error) {
	client, err := p.client(id)
	if err != nil {
		return nil, err
	}
	if !p.options.anyKey {
		input.KeyId = &id
	}
	output, err := client.Decrypt(ctx, &input, addUserAgent)
	if err != nil {
		return nil, newKMSError(opDecrypt, id, err)
	}
	if output == nil {
		return nil, newKMSError(opDecrypt, id, errNoOutput)
	}
	if err := p.checkKeyUsed(ctx, opDecrypt, encryption, id, aws.ToString(output.KeyId)); err != nil {
		clear(output.Plaintext)
		return nil, err
	}
	return output.Plaintext, nil
}

var errNoOutput = errors.New("the client returned neither an answer nor an error")

func addUserAgent(o *kms.Options) {
	o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKey("ddbcrypt"))
}
