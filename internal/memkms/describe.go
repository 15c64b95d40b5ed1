package memkms

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// metadata is a key as the service describes it.
type metadata struct {
	Account      string                          `json:"AWSAccountId"`
	ARN          string                          `json:"Arn"`
	Created      float64                         `json:"CreationDate"`
	MasterSpec   types.KeySpec                   `json:"CustomerMasterKeySpec"`
	MaterialID   string                          `json:"CurrentKeyMaterialId,omitzero"`
	DeletionDate float64                         `json:"DeletionDate,omitzero"`
	Description  string                          `json:"Description"`
	Enabled      bool                            `json:"Enabled"`
	Algorithms   []types.EncryptionAlgorithmSpec `json:"EncryptionAlgorithms,omitzero"`
	KeyID        string                          `json:"KeyId"`
	Manager      types.KeyManagerType            `json:"KeyManager"`
	Spec         types.KeySpec                   `json:"KeySpec"`
	State        types.KeyState                  `json:"KeyState"`
	Usage        types.KeyUsageType              `json:"KeyUsage"`
	MultiRegion  bool                            `json:"MultiRegion"`
	Relatives    *relatives                      `json:"MultiRegionConfiguration,omitzero"`
	Origin       types.OriginType                `json:"Origin"`
}

type relatives struct {
	Type     types.MultiRegionKeyType `json:"MultiRegionKeyType"`
	Primary  relative                 `json:"PrimaryKey"`
	Replicas []relative               `json:"ReplicaKeys"`
}

type relative struct {
	ARN    string `json:"Arn"`
	Region string `json:"Region"`
}

func (k *KMS) metadata(of key) *metadata {
	m := &metadata{
		Account:     k.account,
		ARN:         of.arn,
		Created:     epoch(of.created),
		MasterSpec:  of.spec,
		Description: of.description,
		Enabled:     of.state == types.KeyStateEnabled,
		KeyID:       of.id,
		Manager:     types.KeyManagerTypeCustomer,
		Spec:        of.spec,
		State:       of.state,
		Usage:       of.usage,
		MultiRegion: of.primary != "",
		Relatives:   k.relatives(of),
		Origin:      types.OriginTypeAwsKms,
	}
	if of.symmetric() {
		m.MaterialID = of.material.id
		m.Algorithms = []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}
	}
	if !of.deletion.IsZero() {
		m.DeletionDate = epoch(of.deletion)
	}
	return m
}

// relatives describes the primary and the replicas of a multi-Region key.
func (k *KMS) relatives(of key) *relatives {
	if of.primary == "" {
		return nil
	}
	all := &relatives{Type: types.MultiRegionKeyTypeReplica}
	if of.primary == of.region {
		all.Type = types.MultiRegionKeyTypePrimary
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	for at, other := range k.keys {
		switch {
		case at.name != of.id:
		case at.region == of.primary:
			all.Primary = relative{other.arn, other.region}
		default:
			all.Replicas = append(all.Replicas, relative{other.arn, other.region})
		}
	}
	slices.SortFunc(all.Replicas, func(a, b relative) int { return strings.Compare(a.Region, b.Region) })
	return all
}

// epoch is a time as the protocol has it: seconds with a fraction.
func epoch(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

type describeInput struct {
	KeyID       string   `json:"KeyId"`
	GrantTokens []string `json:"GrantTokens"`
}

type describeOutput struct {
	Metadata *metadata `json:"KeyMetadata"`
}

func (k *KMS) describeKey(s session, in *describeInput) (*describeOutput, error) {
	if err := (common{GrantTokens: in.GrantTokens}).check(); err != nil {
		return nil, err
	}
	found, err := k.find(s.region, in.KeyID)
	if err != nil {
		return nil, err
	}
	if err := k.admit(s, "DescribeKey", found, in.GrantTokens); err != nil {
		return nil, err
	}
	return &describeOutput{k.metadata(found)}, nil
}
