package memkms

import "github.com/aws/aws-sdk-go-v2/service/kms/types"

type encryptInput struct {
	common
	KeyID             string                        `json:"KeyId"`
	Plaintext         []byte                        `json:"Plaintext"`
	EncryptionContext map[string]string             `json:"EncryptionContext"`
	Algorithm         types.EncryptionAlgorithmSpec `json:"EncryptionAlgorithm"`
}

type encryptOutput struct {
	keyed
	CiphertextBlob []byte                        `json:"CiphertextBlob"`
	Algorithm      types.EncryptionAlgorithmSpec `json:"EncryptionAlgorithm"`
}

func (k *KMS) encrypt(s session, in *encryptInput) (*encryptOutput, error) {
	if err := in.check(in.EncryptionContext); err != nil {
		return nil, err
	}
	if n := len(in.Plaintext); n < 1 || n > maxPlaintext {
		return nil, validation("1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and %d", maxPlaintext)
	}
	found, err := k.useKey(s, "Encrypt", in.KeyID, in.GrantTokens, in.Algorithm)
	if err != nil {
		return nil, err
	}
	if err := in.dryRun(); err != nil {
		return nil, err
	}
	blob, err := found.seal(in.Plaintext, in.EncryptionContext)
	return &encryptOutput{keyed{found.arn}, blob, types.EncryptionAlgorithmSpecSymmetricDefault}, err
}

type decryptInput struct {
	common
	KeyID             *string                       `json:"KeyId"`
	CiphertextBlob    []byte                        `json:"CiphertextBlob"`
	EncryptionContext map[string]string             `json:"EncryptionContext"`
	Algorithm         types.EncryptionAlgorithmSpec `json:"EncryptionAlgorithm"`
}

type decryptOutput struct {
	keyed
	Plaintext     []byte                        `json:"Plaintext"`
	Algorithm     types.EncryptionAlgorithmSpec `json:"EncryptionAlgorithm"`
	KeyMaterialID string                        `json:"KeyMaterialId"`
}

func (k *KMS) decrypt(s session, in *decryptInput) (*decryptOutput, error) {
	if err := in.check(in.EncryptionContext); err != nil {
		return nil, err
	}
	if err := checkBlob(in.CiphertextBlob); err != nil {
		return nil, err
	}
	found, plaintext, err := k.useBlob(s, "Decrypt", in.KeyID, in.CiphertextBlob, in.EncryptionContext, in.GrantTokens, in.Algorithm)
	if err != nil {
		return nil, err
	}
	if err := in.dryRun(); err != nil {
		return nil, err
	}
	return &decryptOutput{keyed{found.arn}, plaintext, types.EncryptionAlgorithmSpecSymmetricDefault, found.material.id}, nil
}

type reEncryptInput struct {
	common
	CiphertextBlob       []byte                        `json:"CiphertextBlob"`
	SourceKeyID          *string                       `json:"SourceKeyId"`
	SourceContext        map[string]string             `json:"SourceEncryptionContext"`
	SourceAlgorithm      types.EncryptionAlgorithmSpec `json:"SourceEncryptionAlgorithm"`
	DestinationKeyID     string                        `json:"DestinationKeyId"`
	DestinationContext   map[string]string             `json:"DestinationEncryptionContext"`
	DestinationAlgorithm types.EncryptionAlgorithmSpec `json:"DestinationEncryptionAlgorithm"`
}

type reEncryptOutput struct {
	keyed
	CiphertextBlob        []byte                        `json:"CiphertextBlob"`
	SourceKeyID           string                        `json:"SourceKeyId"`
	SourceAlgorithm       types.EncryptionAlgorithmSpec `json:"SourceEncryptionAlgorithm"`
	SourceMaterialID      string                        `json:"SourceKeyMaterialId"`
	DestinationAlgorithm  types.EncryptionAlgorithmSpec `json:"DestinationEncryptionAlgorithm"`
	DestinationMaterialID string                        `json:"DestinationKeyMaterialId"`
}

func (k *KMS) reEncrypt(s session, in *reEncryptInput) (*reEncryptOutput, error) {
	if err := in.check(in.SourceContext, in.DestinationContext); err != nil {
		return nil, err
	}
	if err := checkBlob(in.CiphertextBlob); err != nil {
		return nil, err
	}
	source, plaintext, err := k.useBlob(s, "ReEncryptFrom", in.SourceKeyID, in.CiphertextBlob, in.SourceContext, in.GrantTokens, in.SourceAlgorithm)
	if err != nil {
		return nil, err
	}
	destination, err := k.useKey(s, "ReEncryptTo", in.DestinationKeyID, in.GrantTokens, in.DestinationAlgorithm)
	if err != nil {
		return nil, err
	}
	if err := in.dryRun(); err != nil {
		return nil, err
	}
	blob, err := destination.seal(plaintext, in.DestinationContext)
	return &reEncryptOutput{
		keyed:                 keyed{destination.arn},
		CiphertextBlob:        blob,
		SourceKeyID:           source.arn,
		SourceAlgorithm:       types.EncryptionAlgorithmSpecSymmetricDefault,
		SourceMaterialID:      source.material.id,
		DestinationAlgorithm:  types.EncryptionAlgorithmSpecSymmetricDefault,
		DestinationMaterialID: destination.material.id,
	}, err
}
