package memkms

import "github.com/aws/aws-sdk-go-v2/service/kms/types"

type generateDataKeyInput struct {
	common
	KeyID             string            `json:"KeyId"`
	EncryptionContext map[string]string `json:"EncryptionContext"`
	KeySpec           types.DataKeySpec `json:"KeySpec"`
	NumberOfBytes     *int              `json:"NumberOfBytes"`
}

type generateDataKeyOutput struct {
	keyed
	CiphertextBlob []byte `json:"CiphertextBlob"`
	Plaintext      []byte `json:"Plaintext"`
	KeyMaterialID  string `json:"KeyMaterialId"`
}

func (k *KMS) generateDataKey(s session, in *generateDataKeyInput) (*generateDataKeyOutput, error) {
	if err := in.check(in.EncryptionContext); err != nil {
		return nil, err
	}
	size, err := in.size()
	if err != nil {
		return nil, err
	}
	found, err := k.useKey(s, "GenerateDataKey", in.KeyID, in.GrantTokens, "")
	if err != nil {
		return nil, err
	}
	if err := in.dryRun(); err != nil {
		return nil, err
	}
	plaintext := randomBytes(size)
	blob, err := found.seal(plaintext, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return &generateDataKeyOutput{keyed{found.arn}, blob, plaintext, found.material.id}, nil
}

// size is the number of bytes of the data key.
func (in *generateDataKeyInput) size() (int, error) {
	if (in.KeySpec == "") == (in.NumberOfBytes == nil) {
		return 0, validation("Please specify either number of bytes or key spec.")
	}
	if in.NumberOfBytes != nil {
		if n := *in.NumberOfBytes; n < 1 || n > maxDataKey {
			return 0, validation("1 validation error detected: Value at 'numberOfBytes' failed to satisfy constraint: Member must be between 1 and %d", maxDataKey)
		}
		return *in.NumberOfBytes, nil
	}
	switch in.KeySpec {
	case types.DataKeySpecAes128:
		return 16, nil
	case types.DataKeySpecAes256:
		return 32, nil
	}
	return 0, validation("1 validation error detected: Value at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: %v", in.KeySpec.Values())
}
