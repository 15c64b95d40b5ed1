package memkms

import (
	stdcmp "cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

type createInput struct {
	Spec        types.KeySpec      `json:"KeySpec"`
	Usage       types.KeyUsageType `json:"KeyUsage"`
	MultiRegion bool               `json:"MultiRegion"`
	Description string             `json:"Description"`
}

func (k *KMS) createKey(s session, in *createInput) (*describeOutput, error) {
	spec := stdcmp.Or(in.Spec, types.KeySpecSymmetricDefault)
	usage := in.Usage
	if spec == types.KeySpecSymmetricDefault {
		usage = stdcmp.Or(usage, types.KeyUsageTypeEncryptDecrypt)
	}
	if err := checkUsage(spec, usage); err != nil {
		return nil, err
	}
	options := []KeyOption{WithSpec(spec, usage), WithKeyDescription(in.Description)}
	if in.MultiRegion {
		options = append(options, MultiRegion())
	}
	return &describeOutput{k.metadata(k.newKey(s.region, options...))}, nil
}

// usages are those of the key specs, by how their names begin.
var usages = map[string][]types.KeyUsageType{
	"SYMMETRIC": {types.KeyUsageTypeEncryptDecrypt},
	"HMAC":      {types.KeyUsageTypeGenerateVerifyMac},
	"RSA":       {types.KeyUsageTypeEncryptDecrypt, types.KeyUsageTypeSignVerify},
	"ECC":       {types.KeyUsageTypeSignVerify, types.KeyUsageTypeKeyAgreement},
	"ML":        {types.KeyUsageTypeSignVerify},
	"SM2":       {types.KeyUsageTypeEncryptDecrypt, types.KeyUsageTypeSignVerify, types.KeyUsageTypeKeyAgreement},
}

func checkUsage(spec types.KeySpec, usage types.KeyUsageType) error {
	if !slices.Contains(spec.Values(), spec) {
		return validation("1 validation error detected: Value at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: %v", spec.Values())
	}
	if usage == "" {
		return validation("You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
	}
	family, _, _ := strings.Cut(string(spec), "_")
	if !slices.Contains(usages[family], usage) {
		return validation("KeyUsage %s is not compatible with KeySpec %s", usage, spec)
	}
	return nil
}

type replicateInput struct {
	KeyID       string `json:"KeyId"`
	Region      string `json:"ReplicaRegion"`
	Description string `json:"Description"`
}

type replicateOutput struct {
	Metadata *metadata `json:"ReplicaKeyMetadata"`
}

func (k *KMS) replicateKey(s session, in *replicateInput) (*replicateOutput, error) {
	original, err := k.key(s.region, in.KeyID)
	if err != nil {
		return nil, err
	}
	if err := k.admit(s, "ReplicateKey", original, nil); err != nil {
		return nil, err
	}
	replica, err := k.replicate(s.region, in.KeyID, in.Region, in.Description)
	if err != nil {
		return nil, err
	}
	return &replicateOutput{k.metadata(replica)}, nil
}
