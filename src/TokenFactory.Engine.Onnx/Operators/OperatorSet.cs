using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>
/// Operators of our own in a session (struct OrtCustomOp of onnxruntime_c_api.h). Each takes and gives float matrices; which kernel a
/// node runs is its attribute <see cref="KernelAttribute"/>, an index that <see cref="Add"/> gave. It must outlive the session.
/// </summary>
internal sealed unsafe class OperatorSet : IDisposable
{
    /// <summary>The domain of the nodes.</summary>
    public const string Domain = "tokenfactory";

    public const string KernelAttribute = "kernel";

    private readonly List<IOperatorKernel> _kernels = [];
    private readonly List<nint> _definitions = [];
    private readonly void* _domain;
    private GCHandle _self;

    /// <param name="operators">Name and extents of each operator.</param>
    public OperatorSet(params ReadOnlySpan<OperatorShape> operators)
    {
        _self = GCHandle.Alloc(this);
        fixed (byte* name = Encoding.UTF8.GetBytes(Domain + '\0'))
        {
            _domain = OrtInterface.CreateDomain(name);
        }
        foreach (OperatorShape shape in operators)
        {
            Definition* definition = Define(shape);
            _definitions.Add((nint)definition);
            OrtInterface.AddOperator(_domain, definition);
        }
    }

    /// <summary>Keeps a kernel and returns the index by which a node names it. All are added before the session is made.</summary>
    public long Add(IOperatorKernel kernel)
    {
        _kernels.Add(kernel);
        return _kernels.Count - 1;
    }

    /// <summary>Lets a session that is made with these options use the operators.</summary>
    public void Register(SessionOptions options) => OrtInterface.AddDomain(options, _domain);

    public void Dispose()
    {
        if (!_self.IsAllocated)
        {
            return;
        }
        OrtInterface.ReleaseDomain(_domain);
        foreach (nint definition in _definitions)
        {
            NativeMemory.Free(((Definition*)definition)->Name);
            NativeMemory.Free((void*)definition);
        }
        _self.Free();
    }

    private Definition* Define(OperatorShape shape)
    {
        Definition* definition = (Definition*)NativeMemory.AllocZeroed((nuint)sizeof(Definition));
        byte[] name = Encoding.UTF8.GetBytes(shape.Name);
        definition->Name = (byte*)NativeMemory.AllocZeroed((nuint)name.Length + 1);
        name.CopyTo(new Span<byte>(definition->Name, name.Length));
        definition->Owner = GCHandle.ToIntPtr(_self);
        definition->Inputs = (nuint)shape.Inputs;
        definition->Outputs = (nuint)shape.Outputs;
        definition->Version = Definition.InterfaceVersion;
        definition->GetName = &NameOf;
        definition->GetExecutionProviderType = &ProviderOf;
        definition->GetInputType = definition->GetOutputType = &TypeOf;
        definition->GetInputTypeCount = &InputsOf;
        definition->GetOutputTypeCount = &OutputsOf;
        definition->GetInputCharacteristic = definition->GetOutputCharacteristic = definition->GetInputMemoryType = &Zero;
        definition->KernelDestroy = &Destroy;
        definition->CreateKernelV2 = &Create;
        definition->KernelComputeV2 = &Compute;
        definition->GetStartVersion = &FirstVersion;
        definition->GetEndVersion = &LastVersion;
        return definition;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* NameOf(Definition* definition) => definition->Name;

    // Null: the CPU's.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* ProviderOf(Definition* definition) => null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int TypeOf(Definition* definition, nuint index) => (int)Graph.OnnxElement.Float;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint InputsOf(Definition* definition) => definition->Inputs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint OutputsOf(Definition* definition) => definition->Outputs;

    // Every input and output is required and lies in the machine's memory.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Zero(Definition* definition, nuint index) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FirstVersion(Definition* definition) => 1;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LastVersion(Definition* definition) => int.MaxValue;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Create(Definition* definition, void* table, void* info, void** kernel)
    {
        long index;
        void* status = OrtInterface.ReadAttribute(info, "kernel\0"u8, &index);
        if (status != null)
        {
            return status;
        }
        OperatorSet set = (OperatorSet)GCHandle.FromIntPtr(definition->Owner).Target!;
        if ((ulong)index >= (ulong)set._kernels.Count)
        {
            return OrtInterface.CreateStatus("the node's kernel is not in the operator set\0"u8);
        }
        *kernel = (void*)GCHandle.ToIntPtr(GCHandle.Alloc(set._kernels[(int)index]));
        return null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Destroy(void* kernel) => GCHandle.FromIntPtr((nint)kernel).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void* Compute(void* kernel, void* context)
    {
        try
        {
            ((IOperatorKernel)GCHandle.FromIntPtr((nint)kernel).Target!).Compute(new OperatorContext(context));
            return null;
        }
        catch (Exception problem)
        {
            return OrtInterface.CreateStatus(Encoding.UTF8.GetBytes(problem.Message + '\0'));
        }
    }

    /// <summary>OrtCustomOp, and behind it what the calls need: the runtime hands them the address of the whole.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Definition
    {
        /// <summary>Later members of OrtCustomOp are not read.</summary>
        public const uint InterfaceVersion = 17;

        public nuint Version;
        public void* CreateKernel;
        public delegate* unmanaged[Cdecl]<Definition*, byte*> GetName;
        public delegate* unmanaged[Cdecl]<Definition*, byte*> GetExecutionProviderType;
        public delegate* unmanaged[Cdecl]<Definition*, nuint, int> GetInputType;
        public delegate* unmanaged[Cdecl]<Definition*, nuint> GetInputTypeCount;
        public delegate* unmanaged[Cdecl]<Definition*, nuint, int> GetOutputType;
        public delegate* unmanaged[Cdecl]<Definition*, nuint> GetOutputTypeCount;
        public void* KernelCompute;
        public delegate* unmanaged[Cdecl]<void*, void> KernelDestroy;
        public delegate* unmanaged[Cdecl]<Definition*, nuint, int> GetInputCharacteristic;
        public delegate* unmanaged[Cdecl]<Definition*, nuint, int> GetOutputCharacteristic;
        public delegate* unmanaged[Cdecl]<Definition*, nuint, int> GetInputMemoryType;
        public void* GetVariadicInputMinArity;
        public void* GetVariadicInputHomogeneity;
        public void* GetVariadicOutputMinArity;
        public void* GetVariadicOutputHomogeneity;
        public delegate* unmanaged[Cdecl]<Definition*, void*, void*, void**, void*> CreateKernelV2;
        public delegate* unmanaged[Cdecl]<void*, void*, void*> KernelComputeV2;
        public void* InferOutputShape;
        public delegate* unmanaged[Cdecl]<Definition*, int> GetStartVersion;
        public delegate* unmanaged[Cdecl]<Definition*, int> GetEndVersion;
        public void* GetMayInplace;
        public void* ReleaseMayInplace;
        public void* GetAliasMap;
        public void* ReleaseAliasMap;
        public byte* Name;
        public nint Owner;
        public nuint Inputs;
        public nuint Outputs;
    }
}

/// <summary>An operator's name and how many matrices it takes and gives.</summary>
internal readonly record struct OperatorShape(string Name, int Inputs, int Outputs);
