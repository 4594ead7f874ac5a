/** What people are told without having asked. */

export type News =
  | { readonly kind: 'signedIn'; readonly clientId: number }
  /** The lease could not be renewed; it is tried again. */
  | { readonly kind: 'leaseLost' }
  | {
      readonly kind: 'requestArrived';
      readonly id: string;
      readonly from: number;
      readonly imageId: string;
      readonly views: number;
      readonly more: boolean;
    }
  | {
      readonly kind: 'offerArrived';
      readonly id: string;
      readonly from: number;
      readonly imageId: string;
      readonly views: number;
    }
  | { readonly kind: 'offerAnswered'; readonly to: number; readonly imageId: string; readonly accepted: boolean }
  | {
      readonly kind: 'imageArriving';
      readonly from: number;
      readonly imageId: string;
      readonly bytes: number;
      readonly done: number;
      /** Bytes of it that an interrupted transfer had brought before; told once before more of them come. */
      readonly resumedFrom: number;
    }
  | { readonly kind: 'imageArrived'; readonly from: number; readonly imageId: string; readonly views: number }
  | { readonly kind: 'imageDelivered'; readonly to: number; readonly imageId: string }
  | { readonly kind: 'rejected'; readonly by: number; readonly imageId: string; readonly more: boolean }
  /** Views left before and after an owner's change. */
  | {
      readonly kind: 'rightsChanged';
      readonly by: number;
      readonly imageId: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly kind: 'viewed';
      readonly by: number;
      readonly imageId: string;
      readonly used: number;
      readonly at: number;
    }
  | { readonly kind: 'keyChanged'; readonly clientId: number }
  /** A fault of this program, or of a peer, that stopped one thing and nothing else. */
  | { readonly kind: 'trouble'; readonly where: string; readonly message: string };

/** How far an encoding is. */
export type Progress =
  | { readonly phase: 'waiting' | 'encoding' | 'checking' | 'publishing' }
  | {
      readonly phase: 'uploading' | 'downloading';
      readonly done: number;
      readonly total: number;
      readonly server: string;
    };
